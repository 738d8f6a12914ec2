import type { Assertion, CheckResult } from '../../checks/result.js';
import type { TestResult } from '../../results/run.js';
import { html, nothing, type Html } from './html.js';
import { badge, folded, verbatim } from './parts.js';

function assertionItem({ ok, title, diagnostics }: Assertion): Html {
  const evidence = diagnostics.length === 0 ? nothing : verbatim(`Why: ${title}`, diagnostics.join('\n'));
  return html`<li class="${ok ? 'ok' : 'failed'}">${title}${evidence}</li>`;
}

export function assertionList(assertions: readonly Assertion[]): Html {
  return html`<ul class="assertions">
    ${assertions.map(assertionItem)}
  </ul>`;
}

function checkElement(check: CheckResult): Html {
  const { title, ok, assertions, remarks, durationMs, machine, nic } = check;
  const passed = assertions.filter((assertion) => assertion.ok).length;
  const place = machine === '' ? '' : `${machine} ${nic}, `;
  const verdict = badge(ok ? 'passed' : 'failed', ok ? 'good' : 'bad');
  const figures = remarks.length === 0 ? nothing : verbatim(`Remarks of ${title}`, remarks.join('\n'));
  return folded(
    html`${title} ${verdict}`,
    html`<p class="soft">
        ${place}${passed} of ${assertions.length} assertions hold, ${(durationMs / 1000).toFixed(1)} s
      </p>
      ${assertionList(assertions)}${figures}`,
    !ok,
  );
}

/** The checks of a run; failed ones are open. */
export function checksSection({ checks }: TestResult): Html {
  if (checks.length === 0) return html`<p class="notice bad">No check ran.</p>`;
  return html`<div class="card long">
    <h3>Checks</h3>
    ${checks.map(checkElement)}
  </div>`;
}
