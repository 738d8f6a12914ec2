import { renderTemplate } from '../../render/templates.js';
import { scriptFolder, type CheckScript, type CheckTarget } from '../check.js';
import { identitiesView, type IdentitiesView } from '../vf-view.js';

declare module '../../render/templates.js' {
  interface Views {
    'checks/reboot-before.sh': IdentitiesView;
    'checks/reboot-after.sh': IdentitiesView;
  }
}

interface Scripts {
  readonly before: CheckScript;
  readonly after: CheckScript;
}

export function scriptsFor(target: CheckTarget): Scripts {
  const folder = scriptFolder(target);
  const view = identitiesView(target);
  return {
    before: {
      path: `${folder}/reboot-before.sh`,
      content: renderTemplate('checks/reboot-before.sh', view),
    },
    after: { path: `${folder}/reboot-after.sh`, content: renderTemplate('checks/reboot-after.sh', view) },
  };
}
