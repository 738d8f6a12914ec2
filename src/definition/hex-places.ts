import { isScalar, visit, type Document, type Scalar } from 'yaml';

const HEXADECIMAL = /^0[xX][0-9a-fA-F]+$/;
const KEY = 'addr';

function keep(scalar: Scalar): void {
  if (HEXADECIMAL.test(scalar.source ?? '')) scalar.value = scalar.source;
}

/**
 * Leaves places on a bus that are written as QEMU's documentation does, `addr: 0x1f`, as they are written: YAML reads a number in it, and
 * the number 31 would be another place, as places are hexadecimal. `key`: what the document as a whole is the value of.
 */
export function keepHexPlaces(document: Document, key?: string): void {
  if (key === KEY && isScalar(document.contents)) keep(document.contents);
  visit(document, {
    Pair: (_, pair) => {
      if (isScalar(pair.key) && pair.key.value === KEY && isScalar(pair.value)) keep(pair.value);
    },
  });
}
