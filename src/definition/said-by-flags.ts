const ownKernel =
  'a kernel of your own is given to the command, not in the definition: lab up or lab test with --kernel PATH';
const ownQemu =
  'a QEMU of your own is given to the command, not in the definition: lab up or lab test with --qemu PATH';
const qemuArguments = `\`properties\` of a NIC or a VF sets properties of its QEMU device; ${ownQemu}`;
const accelerator =
  'the accelerator is chosen by the command, not in the definition: lab up or lab test with --accel kvm or tcg';

/** What to do instead of writing a key that other tools have in their definitions, by the key in lowercase letters. */
const instead: Readonly<Record<string, string>> = {
  kernel: `${ownKernel}; \`kernelArguments\` are its arguments`,
  vmlinux: ownKernel,
  vmlinuz: ownKernel,
  bzimage: ownKernel,
  modules:
    'modules of your own belong to a kernel of your own: lab up or lab test with --kernel PATH --modules DIR',
  qemu: ownQemu,
  emulator: ownQemu,
  hypervisor: ownQemu,
  qemuarguments: qemuArguments,
  qemuargs: qemuArguments,
  qemuoptions: qemuArguments,
  extraargs: qemuArguments,
  accel: accelerator,
  accelerator,
  kvm: accelerator,
  boottimeout:
    'how long to wait for a guest is said by the command: lab up or lab test with --boot-timeout TIME',
  mirror: 'the mirror is chosen by the command: lab up or lab test with --mirror URL',
};

/** The hint for a key that is no key of a definition because a flag says it; undefined for any other. */
export function saidByFlag(key: string): string | undefined {
  const letters = key.toLowerCase().replace(/[^a-z]/g, '');
  return Object.hasOwn(instead, letters) ? instead[letters] : undefined;
}
