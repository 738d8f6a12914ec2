import { html, type Html } from './html.js';

/** A picture on the page. Horizontal positions are percent of its width, so that it fits a phone without smaller text. */
export interface Picture {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** What it shows and how to read it. */
  readonly description: string;
  /** Under which acceleration its figures were taken. */
  readonly note: string;
  /** In pixels. */
  readonly height: number;
  readonly content: readonly Html[];
}

const NOTE_HEIGHT = 24;

export function percent(share: number): string {
  return `${(100 * share).toFixed(3)}%`;
}

export function figure({ id, title, description, note, height, content }: Picture): Html {
  return html`<figure class="card" id="${id}">
    <figcaption>${title}<span>${description}</span></figcaption>
    <svg
      xmlns="http://www.w3.org/2000/svg"
      role="img"
      aria-labelledby="${id}-title ${id}-description"
      width="100%"
      height="${height + NOTE_HEIGHT}"
    >
      <title id="${id}-title">${title}</title>
      <desc id="${id}-description">${description}</desc>
      ${content}
      <text class="note" x="100%" y="${height + NOTE_HEIGHT - 6}" text-anchor="end">${note}</text>
    </svg>
  </figure>`;
}
