/** C0, DEL and C1, which a terminal obeys, and what turns the direction of text round, marks it or breaks a line. */
// eslint-disable-next-line no-control-regex -- these are the characters that it is about
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`;
}

/** JSON of the same value, in which such characters are escaped. */
export function printableJson(json: string): string {
  return json.replace(CONTROLS, (found) =>
    found === '\n' ? found : `\\u${(found.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** Text from a file or from another program, with nothing in it that a terminal would obey; line breaks stay. */
export function printable(text: string): string {
  return text.replace(CONTROLS, (found) => (found === '\n' || found === '\t' ? found : escapeOf(found)));
}

/** The same for text that is to stay on its line. */
export function printableLine(text: string): string {
  return text.replaceAll('\n', '\\n').replaceAll('\t', '\\t').replace(CONTROLS, escapeOf);
}
