/** Sizes in pixels. */
export const TITLE_SIZE = 13;
export const LINE_SIZE = 11;
export const TITLE_HEIGHT = 18;
export const LINE_HEIGHT = 16;

/** No font is asked: a generous width that holds for common sans-serif and monospaced ones. */
const NARROW = 0.65;
const WIDE = 1.1;
const FIRST_WIDE = 0x1100;

export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const character of text)
    width += (character.codePointAt(0) ?? 0) >= FIRST_WIDE && character !== '…' ? WIDE : NARROW;
  return Math.ceil(width * size);
}

/** Cuts text into lines that fit, at spaces where there are some. */
export function wrap(text: string, size: number, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\s)/)) {
    if (line !== '' && textWidth(line + word.trimEnd(), size) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    for (const character of word) {
      if (line !== '' && textWidth(line + character, size) > width && character.trim() !== '') {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  return line.trim() === '' ? lines : [...lines, line.trimEnd()];
}
