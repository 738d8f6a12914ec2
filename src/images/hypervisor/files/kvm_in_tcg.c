// SPDX-License-Identifier: GPL-2.0
/*
 * Loads KVM in a machine that QEMU's TCG emulates, and keeps it from a misunderstanding between the two.
 *
 * When TCG has delivered an event to a guest, it clears the valid bit of EVENTINJ and leaves the event's type there (QEMU 11.1,
 * target/i386/tcg/seg_helper.c). The next #VMEXIT copies that to EXITINTINFO. KVM looks at the type alone (Linux 6.14 and later,
 * svm_check_emulate_instruction), takes the event for one that is still being delivered, and if the exit was for MMIO, it stops the
 * guest with KVM_INTERNAL_ERROR_DELIVERY_EV. A processor clears the whole field.
 *
 * What KVM really has to deliver anew it takes from EXITINTINFO by the valid bit. If there is nothing, the instruction can be emulated.
 */
#include <linux/kprobes.h>
#include <linux/kvm_host.h>
#include <linux/module.h>
#include <linux/umh.h>

/* arch/x86/kvm/kvm_emulate.h, which is not among the headers: the results of svm_check_emulate_instruction. */
#define X86EMUL_CONTINUE 0
#define X86EMUL_UNHANDLEABLE_VECTORING 7

static int on_entry(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	*(struct kvm_vcpu **)instance->data = (struct kvm_vcpu *)regs->di;
	return 0;
}

static int on_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	const struct kvm_vcpu_arch *arch = &(*(struct kvm_vcpu **)instance->data)->arch;

	if ((int)regs->ax == X86EMUL_UNHANDLEABLE_VECTORING &&
	    !arch->exception.injected && !arch->interrupt.injected && !arch->nmi_injected)
		regs->ax = X86EMUL_CONTINUE;
	return 0;
}

static struct kretprobe probe = {
	.kp.symbol_name = "svm_check_emulate_instruction",
	.entry_handler = on_entry,
	.handler = on_return,
	.data_size = sizeof(struct kvm_vcpu *),
	.maxactive = 64,
};

static int __init kvm_in_tcg_init(void)
{
	/* The image has no /sbin/modprobe, where request_module would look. */
	char *argv[] = { "/bin/modprobe", "kvm_amd", NULL };
	char *envp[] = { "HOME=/", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	int error = call_usermodehelper(argv[0], argv, envp, UMH_WAIT_PROC);

	/* An exit status is not an error's number; without the module there is no such symbol. */
	return error < 0 ? error : register_kretprobe(&probe);
}

static void __exit kvm_in_tcg_exit(void)
{
	unregister_kretprobe(&probe);
}

module_init(kvm_in_tcg_init);
module_exit(kvm_in_tcg_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KVM in a machine that QEMU's TCG emulates");
