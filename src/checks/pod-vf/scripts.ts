import { renderTemplate, type Views } from '../../render/templates.js';
import type { Accelerator } from '../../toolchain/types.js';
import type { CheckScript, CheckTarget } from '../check.js';
import { parametersOf } from '../spec.js';
import { vfView, type VfView } from '../vf-view.js';
import { podVf } from './spec.js';
import { farEndOf } from './far-end.js';
import { AFTER_REBOOT, AFTER_RESTART, hasControlPlane, pathsOf, podsOf } from './places.js';
import { eachView, exchangeView, podVfView, restartedView, silentView, vlanView } from './view.js';

declare module '../../render/templates.js' {
  interface Views {
    'checks/pod-vf-home.sh': VfView;
  }
}

function script<K extends keyof Views>(path: string, template: K, view: Views[K]): CheckScript {
  return { path, content: renderTemplate(template, view) };
}

/** None if the node does not reboot. */
function rebootScripts(target: CheckTarget, accelerator: Accelerator): CheckScript[] {
  if (parametersOf(podVf, target).reboot === 'off' || hasControlPlane(target)) return [];
  const paths = pathsOf(target);
  const view = podVfView(target, accelerator);
  const rebooted = restartedView(target, accelerator, AFTER_REBOOT);
  return [
    script(paths.replaced, 'checks/pod-vf-replaced.sh', view),
    script(paths.rebooted, 'checks/pod-vf-restarted.sh', rebooted),
    script(paths.refused, 'checks/pod-vf-refused.sh', view),
    script(paths.eachToFarEnd, 'checks/pod-vf-each-to-far-end.sh', eachView(target, accelerator)),
  ];
}

function vlanScripts(target: CheckTarget, accelerator: Accelerator): CheckScript[] {
  const paths = pathsOf(target);
  const farEnd = farEndOf(target);
  if (farEnd.vlan === null) return [];
  const view = vlanView(farEnd, farEnd.vlan);
  return [
    script(paths.vlan, 'checks/pod-vf-vlan.sh', view),
    script(paths.silent, 'checks/pod-vf-silent.sh', silentView(target, accelerator)),
    script(paths.vlanEnd, 'checks/pod-vf-vlan-end.sh', view),
  ];
}

export function podVfScripts(target: CheckTarget, accelerator: Accelerator): CheckScript[] {
  const paths = pathsOf(target);
  const view = podVfView(target, accelerator);
  const restarted = restartedView(target, accelerator, AFTER_RESTART);
  const exchange = (path: string, to: string | null): CheckScript =>
    script(path, 'checks/pod-vf-exchange.sh', exchangeView(target, accelerator, to));
  return [
    script(paths.home, 'checks/pod-vf-home.sh', vfView(target)),
    script(paths.begin, 'checks/pod-vf-begin.sh', view),
    script(paths.facts, 'checks/pod-vf-facts.sh', view),
    ...(view.claims ? [script(paths.claims, 'checks/pod-vf-claims.sh', view)] : []),
    exchange(paths.toFarEnd, null),
    ...vlanScripts(target, accelerator),
    ...podsOf(target)
      .slice(1, 2)
      .map((second) => exchange(paths.toPod, second)),
    script(paths.full, 'checks/pod-vf-full.sh', view),
    script(paths.restart, 'checks/pod-vf-restart.sh', view),
    script(paths.restarted, 'checks/pod-vf-restarted.sh', restarted),
    script(paths.free, 'checks/pod-vf-free.sh', view),
    script(paths.kill, 'checks/pod-vf-kill.sh', view),
    ...rebootScripts(target, accelerator),
    script(paths.end, 'checks/pods-end.sh', view),
  ];
}
