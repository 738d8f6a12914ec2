/** The header of a qcow2, with nothing after it but the name of a backing file. */
export function qcow2({ backing = '', features = 0n }: { backing?: string; features?: bigint } = {}): Buffer {
  const header = Buffer.alloc(104);
  header.write('QFI\xfb', 'latin1');
  header.writeUInt32BE(3, 4);
  header.writeBigUInt64BE(backing === '' ? 0n : 104n, 8);
  header.writeUInt32BE(backing.length, 16);
  header.writeBigUInt64BE(features, 72);
  return Buffer.concat([header, Buffer.from(backing)]);
}
