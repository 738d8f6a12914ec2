import { html, type Html } from './html.js';

export type Tone = 'good' | 'bad' | 'warn' | 'calm';

export function badge(text: string, tone: Tone): Html {
  return html`<span class="badge ${tone}">${text}</span>`;
}

/** Content that may be wider than the page: it scrolls on its own, also with the keyboard. */
export function scrolling(label: string, content: Html, more = ''): Html {
  return html`<div class="scroll ${more}" tabindex="0" role="group" aria-label="${label}">${content}</div>`;
}

/** A block of preformatted text. */
export function verbatim(label: string, text: string): Html {
  return html`<pre tabindex="0" role="group" aria-label="${label}">${text}</pre>`;
}

/** Part of a page that opens and closes. */
export function folded(title: Html | string, content: Html | readonly Html[], open = false): Html {
  return open
    ? html`<details open>
        <summary>${title}</summary>
        ${content}
      </details>`
    : html`<details>
        <summary>${title}</summary>
        ${content}
      </details>`;
}

/** A list of names and values. */
export function facts(pairs: readonly (readonly [string, string])[]): Html {
  return html`<dl>
    ${pairs.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}
