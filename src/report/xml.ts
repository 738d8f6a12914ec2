import { printable } from '../errors/printable.js';

/** With nothing in it that a terminal would obey, but for line ends of any kind. */
function printableLines(text: string): string {
  return text.split('\r').map(printable).join('\r');
}

/**
 * Text for XML. Of the characters that XML 1.0 does not allow, and of others that a terminal would obey, is shown what they are; what is
 * no character at all is left out. The five special ones are escaped.
 */
export function escapeXml(text: string): string {
  return printableLines(text)
    .replace(/[\ufffe\uffff]|\p{Cs}/gu, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&apos;')
    .replace(/\r/g, '&#13;');
}
