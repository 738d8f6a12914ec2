import { shippedFile } from '../../model/folders.js';
import type { OwnModule } from '../../toolchain/module-build/sources.js';

/** Loads KVM where TCG emulates the processor; why it takes more than kvm_amd: see the file. */
export const kvmInTcg: OwnModule = {
  name: 'kvm_in_tcg',
  folder: null,
  files: [shippedFile('images/hypervisor/files/kvm_in_tcg.c')],
};
