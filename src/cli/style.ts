import { styleText } from 'node:util';
import type { Style } from '../report/test-text.js';

/** Colours on stdout, if it is a terminal and NO_COLOR is not set. */
export const style: Style = (format, text) => styleText(format, text, { stream: process.stdout });
