import { hasPassed, outcomeOf } from '../../results/outcome.js';
import type { KeptRun } from '../../results/run.js';
import { labGraph } from '../graph/lab-graph.js';
import { toSvg } from '../graph/svg.js';
import type { Topology } from '../../results/topology.js';
import { benchSection } from './bench-section.js';
import { assertionList, checksSection } from './checks-section.js';
import { html, nothing, type Html } from './html.js';
import { badge, facts, folded, scrolling, verbatim } from './parts.js';

const TCG_BADGE = 'TCG, software emulation';

function began(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** As an image of its own: it shares no style and no id with the page, and nothing in it can run. */
function picture(topology: Topology): Html {
  const source = `data:image/svg+xml;base64,${Buffer.from(toSvg(labGraph(topology))).toString('base64')}`;
  const image = html`<img src="${source}" alt="Topology of lab ${topology.name}: ${topology.summary}" />`;
  return scrolling(`Topology of ${topology.name}`, image, 'topology');
}

function topologyCard({ context }: KeptRun): Html {
  if (context === undefined) return nothing;
  const { topology } = context;
  return html`<div class="card">
    <h3>Topology</h3>
    ${topology === null ? html`<p>An earlier version of sriov-lab kept this result, without the topology.</p>` : picture(topology)}
  </div>`;
}

function circumstancesCard({ circumstances, durationMs }: KeptRun): Html {
  const { qemu, kernel, accelerator, accelerationReason, computer, images, labDigest } = circumstances;
  const booted = Object.entries(images).map(([name, digest]) => [`Image of ${name}`, digest] as const);
  return html`<div class="card">
    <h3>Circumstances</h3>
    ${facts([
      ['QEMU', qemu],
      ['Guest kernel', kernel],
      ['Acceleration', `${accelerator.toUpperCase()}: ${accelerationReason}`],
      ['Computer', `${computer.cpu}, ${computer.processors} processors`],
      ['Load', `${computer.load.begin.toFixed(2)} at the start, ${computer.load.end.toFixed(2)} at the end`],
      ...booted,
      ['Definition', labDigest],
      ['Duration', `${(durationMs / 1000).toFixed(1)} s`],
    ])}
  </div>`;
}

function setupCard(run: KeptRun): Html {
  if (run.kind !== 'bench') return nothing;
  const open = run.setup.some(({ ok }) => !ok);
  return html`<div class="card long">
    <h3>Setup of the two sides</h3>
    ${folded('Assertions of the setup scripts', assertionList(run.setup), open)}
  </div>`;
}

function sources({ context }: KeptRun): Html {
  if (context === undefined) return nothing;
  const { definition, logs } = context;
  const settings =
    definition.settings.length === 0
      ? nothing
      : html`<p>
          Changed for this run: ${definition.settings.map((setting) => html`<code>--set ${setting}</code> `)}
        </p>`;
  return html`<div class="card long">
    <h3>Definition and logs</h3>
    ${folded(
      'The definition',
      html`<p class="soft">${definition.file}</p>
        ${settings}${verbatim('The definition', definition.text)}`,
    )}
    ${logs.map(({ name, text }) => folded(`Log ${name}`, verbatim(`Log ${name}`, text === '' ? '(empty)' : text)))}
  </div>`;
}

/** One run of a report; `id` is unique in the page. */
export function runSection(run: KeptRun, id: string): Html {
  const passed = hasPassed(run);
  const emulated = run.circumstances.accelerator === 'tcg';
  return html`<section class="run" id="${id}" aria-labelledby="${id}-heading">
    <div class="heading">
      <h2 id="${id}-heading">${run.id}</h2>
      ${badge(outcomeOf(run), passed ? 'good' : 'bad')}${badge(emulated ? TCG_BADGE : run.circumstances.accelerator.toUpperCase(), emulated ? 'warn' : 'calm')}
    </div>
    <p class="soft">lab ${run.kind === 'bench' ? 'bench' : 'test'} ${run.lab}, ${began(run.startedAt)}</p>
    ${run.kind === 'bench' ? benchSection(run, id) : checksSection(run)} ${topologyCard(run)}
    ${circumstancesCard(run)} ${setupCard(run)} ${sources(run)}
  </section>`;
}
