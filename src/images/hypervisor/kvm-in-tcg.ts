import { shippedFile } from '../../model/folders.js';
import type { ModuleSource } from '../../toolchain/module-build/sources.js';

/** Loads KVM where TCG emulates the processor; why it takes more than kvm_amd: see the file. */
export const kvmInTcg: ModuleSource = {
  name: 'kvm_in_tcg',
  folder: null,
  files: [shippedFile('images/hypervisor/files/kvm_in_tcg.c')],
  option: null,
};
