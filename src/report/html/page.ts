import type { KeptRun } from '../../results/run.js';
import { changesSection } from './changes-section.js';
import { Html, html, nothing } from './html.js';
import { runSection } from './run-section.js';
import { STYLE } from './style.js';

/** The page loads nothing and runs nothing, whatever a result contains. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

function changes(runs: readonly KeptRun[]): Html {
  const [first, ...later] = runs;
  if (first === undefined || later.length === 0) return nothing;
  return html`<section class="run" id="changes" aria-labelledby="changes-heading">
    <h2 id="changes-heading">What changed</h2>
    ${later.map((run) => changesSection(first, run))}
  </section>`;
}

function titleOf(runs: readonly KeptRun[]): string {
  const labs = [...new Set(runs.map(({ lab }) => lab))].join(', ');
  return runs.length > 1 ? `${labs}: ${runs.length} runs` : labs;
}

function contents(runs: readonly KeptRun[]): Html {
  if (runs.length < 2) return nothing;
  const items = runs.map((run, index) => html`<li><a href="#run-${index + 1}">${run.id}</a></li>`);
  return html`<nav aria-label="Contents">
    <ul>
      <li><a href="#changes">What changed</a></li>
      ${items}
    </ul>
  </nav>`;
}

/** A report about runs as one HTML file that needs nothing else. With several, the later ones are compared with the first. */
export function toHtml(runs: readonly KeptRun[]): string {
  const title = titleOf(runs);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${new Html(POLICY)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} – sriov-lab report</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <h1>${title}</h1>
          <p class="soft">A report by sriov-lab</p>
          ${contents(runs)}
        </header>
        <main id="main">
          ${changes(runs)} ${runs.map((run, index) => runSection(run, `run-${index + 1}`))}
        </main>
        <footer class="soft">
          <p>Written by <code>lab report</code>. This file contains everything it shows.</p>
        </footer>
      </body>
    </html> `;
  return page.text;
}
