import { chmodSync, constants, copyFileSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Task } from '../../model/task.js';
import { pinnedVersion } from '../../toolchain/kubernetes/module-version.js';
import { controlPlanePrograms } from '../../toolchain/kubernetes/program-names.js';
import { controlPlaneDigest } from '../../toolchain/kubernetes/programs.js';
import type { ArtefactBuild, Component, FamilyRecipe } from './component.js';
import { programsOf } from './kubernetes.js';

/** Where control-plane.sh looks for the programs. */
const FOLDER = 'usr/bin';
/** Where the files are that several programs share, as seen from there and from the root. */
const SHARED = { link: '../libexec/sriov-lab', folder: 'usr/libexec/sriov-lab' };
/** For questions whether a program is ready. It is the toolchain's, without libraries: not every distribution has a package of it. */
const BUSYBOX = 'usr/bin/busybox';

/** Of the files as `install` lays them out. */
const LAYOUT = 2;

function put(source: string, target: string): void {
  copyFileSync(source, target, constants.COPYFILE_EXCL);
  chmodSync(target, 0o755);
}

/** The names of the programs in a folder, by the files that they lead to. */
function byFile(folder: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const name of controlPlanePrograms) {
    const file = realpathSync(join(folder, name));
    found.set(file, [...(found.get(file) ?? []), name]);
  }
  return found;
}

/** Lab's own build is one file, which looks at the name that it is called by: it is in the image once. */
async function install(build: ArtefactBuild, task: Task): Promise<void> {
  const { version, root, toolchain } = build;
  const { folder } = await programsOf(version, build, task);
  for (const path of [FOLDER, SHARED.folder]) mkdirSync(join(root, path), { recursive: true });
  for (const [file, names] of byFile(folder)) {
    const [name = '', ...others] = names;
    if (others.length === 0) {
      put(file, join(root, FOLDER, name));
      continue;
    }
    const shared = basename(file);
    put(file, join(root, SHARED.folder, shared));
    for (const one of names) symlinkSync(`${SHARED.link}/${shared}`, join(root, FOLDER, one));
  }
  put(join(toolchain.tree, BUSYBOX), join(root, BUSYBOX));
}

const recipe: FamilyRecipe = {
  packages: [],
  prepare: async (version, context, task) => {
    await programsOf(version, context, task);
  },
  build: install,
  buildInputs: (version, { kubernetes: given }) => `${controlPlaneDigest(version, given)} ${LAYOUT}`,
};

/** What a machine runs a control plane with. Certificates and settings are the lab's, and come when it comes up. */
export const controlPlane: Component = {
  name: 'control-plane',
  summary:
    'etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kubectl, and busybox to ask if they are ready',
  version: pinnedVersion,
  families: { debian: recipe, rhel: recipe },
  verify: `
busybox wget --help 2>&1 | head -n 1
etcd --version | head -n 1
for program in kube-controller-manager kube-scheduler; do "$program" --version; done
kubectl version --client | head -n 1
kube-apiserver --version
`,
};
