// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * rig_msr: the registers of RAPL, for a virtual machine that has none.
 *
 * A kprobe on the function that the kernel reads registers with answers for them, so that the kernel's own drivers run:
 * msr (/dev/cpu/N/msr), intel_rapl_msr (class/powercap), and rapl (perf's PMU "power").  Load it before them, and only
 * in a guest that may break.
 *
 * A register's count is the energy used so far, in the unit of its domain, from its first 32 bits.  Registers and their
 * fields: Intel SDM volume 3, chapter on power management; AMD's Processor Programming References.
 *
 *   esu=       energy unit: 2^-esu J, and with atom=1 2^esu uJ
 *   dram_esu=  unit of dram, and psys_esu= that of psys, where they differ; -1: as the others
 *   mw=        power of package, dram, core (pp0), uncore (pp1) and psys in mW; 0: there is no such register
 *   skew=      each package has that many percent less than the one before; on AMD each core, too
 *   die_skew=  the same of each die of a package
 *   start=     what each counter shows at first
 *   step_us=   how often the counters move: every 1 ms in hardware, every second in QEMU's virtual registers
 *   psys_on_first=1  psys is 0 on all packages but the first, as on newer servers
 *   gp=1       reading a register that is not there faults, as on hardware; else it is 0, as under KVM
 *   zero=1     all of them are 0, the unit too, as under KVM
 *   running=0  the counters stand still until it is 1 again
 *   stale=     mask of CPUs whose registers keep what they show, as QEMU's do for a virtual CPU that did not run
 *   reset=1    the counters start anew at 0
 *   counts     (to read) the time in ns and, for each package, what the counters would show had they 64 bits
 *
 * mw, gp, zero, running, stale and reset may be written at run time.
 */
#include <asm/cpufeature.h>
#include <asm/msr-index.h>
#include <asm/paravirt_types.h>
#include <asm/ptrace.h>
#include <linux/cpu.h>
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/topology.h>

enum { PACKAGE, DRAM, CORE, UNCORE, PSYS, DOMAINS };
static const char * const names[DOMAINS] = { "package", "dram", "core", "uncore", "psys" };

#define CPUS 64

static int esu = 14;
module_param(esu, int, 0444);
static int dram_esu = -1;
module_param(dram_esu, int, 0444);
static int psys_esu = -1;
module_param(psys_esu, int, 0444);
static bool atom;
module_param(atom, bool, 0444);
static unsigned int skew = 25;
module_param(skew, uint, 0444);
static unsigned int die_skew;
module_param(die_skew, uint, 0444);
static u64 start = 1;
module_param(start, ullong, 0444);
static unsigned int step_us = 1000;
module_param(step_us, uint, 0444);
static bool psys_on_first;
module_param(psys_on_first, bool, 0444);
static bool gp;
module_param(gp, bool, 0644);
static bool zero;
module_param(zero, bool, 0644);

/*
 * What the first package used up to since_ns, in nJ; what follows from there on has the powers of mw.  Counts are read
 * and all of it is changed under the lock: else a CPU could see a count that is higher than all that follow.
 */
static u64 used_nj[DOMAINS], since_ns;
static unsigned int mw[DOMAINS] = { 65000, 8000, 20000, 5000, 130000 };
static bool running = true;
static u64 stale, stale_nj[CPUS][DOMAINS];
static DEFINE_RAW_SPINLOCK(lock);

static u64 nj_at(int domain, u64 now)
{
	u64 past = running && now > since_ns ? now - since_ns : 0;

	/* mW * ns = pJ; in two steps, so that it does not overflow */
	return used_nj[domain] + past / 1000000 * mw[domain] * 1000 + past % 1000000 * mw[domain] / 1000;
}

/* Puts what was used so far down, so that what is changed then holds from now on. */
static void settle(u64 now)
{
	int i;

	/* A parameter at loading is set before anything was used. */
	for (i = 0; since_ns && i < DOMAINS; i++)
		used_nj[i] = nj_at(i, now);
	since_ns = now;
}

static u64 stepped_now(void)
{
	u64 now = ktime_get_mono_fast_ns();

	return step_us ? now - now % ((u64)step_us * 1000) : now;
}

static u64 counts_of(u64 nj, int unit)
{
	if (atom)
		return nj / 1000 >> unit;
	return (nj / 1000000000 << unit) + ((nj % 1000000000 << unit) / 1000000000);
}

static u64 percent_of(u64 nj, unsigned int less)
{
	return nj / 100 * (less < 100 ? 100 - less : 0);
}

/* The counter of a domain as a CPU shows it, had it 64 bits. */
static u64 count(int domain, unsigned int cpu)
{
	int unit = domain == DRAM && dram_esu >= 0 ? dram_esu : domain == PSYS && psys_esu >= 0 ? psys_esu : esu;
	unsigned long flags;
	u64 nj, first;

	raw_spin_lock_irqsave(&lock, flags);
	nj = cpu < CPUS && (stale >> cpu & 1) ? stale_nj[cpu][domain] : nj_at(domain, stepped_now());
	first = start;
	raw_spin_unlock_irqrestore(&lock, flags);
	nj = percent_of(nj, skew * topology_physical_package_id(cpu));
	nj = percent_of(nj, die_skew * topology_die_id(cpu));
	if (domain == CORE && boot_cpu_data.x86_vendor == X86_VENDOR_AMD)
		nj = percent_of(nj, skew * topology_core_id(cpu));
	return first + counts_of(nj, unit);
}

/* 1: value is what the register shows, 0: it is none of these, -1: it is one of these, and not there */
static int answer(u32 msr, u64 *value)
{
	unsigned int cpu;
	int domain;

	*value = 0;
	switch (msr) {
	case 0x606: case 0xc0010299: *value = zero ? 0 : 0xa0003 | esu << 8; return 1;
	case 0x610: *value = zero ? 0 : 0x42828a00dd8208ULL; return 1; /* two limits, both on */
	case 0x614: *value = zero ? 0 : 0x208; return 1; /* 65 W in units of 1/8 W */
	case 0x618: case 0x61c: case 0x638: case 0x640: case 0x65c: return 1;
	case 0x611: case 0xc001029b: domain = PACKAGE; break;
	case 0x619: domain = DRAM; break;
	case 0x639: case 0xc001029a: domain = CORE; break;
	case 0x641: domain = UNCORE; break;
	case 0x64d: domain = PSYS; break;
	default: return 0;
	}
	if (!mw[domain])
		return -1;
	cpu = raw_smp_processor_id();
	if (!zero && !(domain == PSYS && psys_on_first && topology_physical_package_id(cpu)))
		*value = (u32)count(domain, cpu);
	return 1;
}

/* --- the probes --- */

static int back_to_caller(struct pt_regs *regs, u64 value)
{
	regs->ax = value;
	regs->ip = *(unsigned long *)regs->sp;
	regs->sp += sizeof(unsigned long);
	return 1;
}

static int on_read(struct kprobe *probe, struct pt_regs *regs)
{
	u64 value;

	return answer((u32)regs->di, &value) ? back_to_caller(regs, value) : 0;
}

static int on_safe_read(struct kprobe *probe, struct pt_regs *regs)
{
	u64 value;
	int found = answer((u32)regs->di, &value);

	if (!found)
		return 0;
	*(int *)regs->si = found < 0 && gp ? -EIO : 0;
	return back_to_caller(regs, value);
}

/* That there is one keeps the probe from being turned into a jump. */
static void after(struct kprobe *probe, struct pt_regs *regs, unsigned long flags) { }

static struct kprobe read_probe = { .pre_handler = on_read, .post_handler = after };
static struct kprobe safe_read_probe = { .pre_handler = on_safe_read, .post_handler = after };

/* --- what may be changed at run time --- */

static int set_mw(const char *text, const struct kernel_param *param)
{
	unsigned int new[DOMAINS];
	unsigned long flags;

	int given = sscanf(text, "%u,%u,%u,%u,%u", &new[0], &new[1], &new[2], &new[3], &new[4]);

	if (given < 1)
		return -EINVAL;
	raw_spin_lock_irqsave(&lock, flags);
	if (given < DOMAINS)
		memcpy(new + given, mw + given, (DOMAINS - given) * sizeof(*mw));
	settle(ktime_get_mono_fast_ns());
	memcpy(mw, new, sizeof(new));
	raw_spin_unlock_irqrestore(&lock, flags);
	return 0;
}

static int set_running(const char *text, const struct kernel_param *param)
{
	unsigned long flags;
	bool on;

	if (kstrtobool(text, &on))
		return -EINVAL;
	raw_spin_lock_irqsave(&lock, flags);
	settle(ktime_get_mono_fast_ns());
	running = on;
	raw_spin_unlock_irqrestore(&lock, flags);
	return 0;
}

static int set_stale(const char *text, const struct kernel_param *param)
{
	unsigned long flags;
	u64 mask, now;
	int cpu, i;

	if (kstrtou64(text, 0, &mask))
		return -EINVAL;
	raw_spin_lock_irqsave(&lock, flags);
	now = stepped_now();
	for (cpu = 0; cpu < CPUS; cpu++)
		for (i = 0; i < DOMAINS; i++)
			if (mask & ~stale & 1ULL << cpu)
				stale_nj[cpu][i] = nj_at(i, now);
	stale = mask;
	raw_spin_unlock_irqrestore(&lock, flags);
	return 0;
}

static int set_reset(const char *text, const struct kernel_param *param)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	memset(used_nj, 0, sizeof(used_nj));
	since_ns = ktime_get_mono_fast_ns();
	start = 0;
	raw_spin_unlock_irqrestore(&lock, flags);
	return 0;
}

static int get_counts(char *text, const struct kernel_param *param)
{
	int length = sysfs_emit(text, "now %llu\n", ktime_get_mono_fast_ns());
	unsigned int cpu;
	int i;

	cpus_read_lock();
	for_each_online_cpu(cpu)
		for (i = 0; i < DOMAINS; i++)
			if (mw[i])
				length += scnprintf(text + length, PAGE_SIZE - length, "%u %d %d %d %s %llu\n", cpu,
						    topology_physical_package_id(cpu), topology_die_id(cpu),
						    topology_core_id(cpu), names[i], count(i, cpu));
	cpus_read_unlock();
	return length;
}

#define AT_RUN_TIME(name, mode, ...) \
	static const struct kernel_param_ops name##_operations = { __VA_ARGS__ }; \
	module_param_cb(name, &name##_operations, NULL, mode)

AT_RUN_TIME(mw, 0200, .set = set_mw);
AT_RUN_TIME(running, 0200, .set = set_running);
AT_RUN_TIME(stale, 0200, .set = set_stale);
AT_RUN_TIME(reset, 0200, .set = set_reset);
AT_RUN_TIME(counts, 0444, .get = get_counts);

static int __init rig_msr_init(void)
{
	int failure;

	if (!since_ns)
		since_ns = ktime_get_mono_fast_ns();
	/* perf's driver wants this bit of CPUID on AMD, which QEMU does not have. */
	if (boot_cpu_data.x86_vendor == X86_VENDOR_AMD)
		set_cpu_cap(&boot_cpu_data, X86_FEATURE_RAPL);
	read_probe.addr = (kprobe_opcode_t *)pv_ops.cpu.read_msr;
	safe_read_probe.addr = (kprobe_opcode_t *)pv_ops.cpu.read_msr_safe;
	failure = register_kprobe(&read_probe);
	if (failure)
		return failure;
	failure = register_kprobe(&safe_read_probe);
	if (failure)
		unregister_kprobe(&read_probe);
	return failure;
}

static void __exit rig_msr_exit(void)
{
	unregister_kprobe(&safe_read_probe);
	unregister_kprobe(&read_probe);
}

module_init(rig_msr_init);
module_exit(rig_msr_exit);
MODULE_DESCRIPTION("Registers of RAPL that are answered in software");
MODULE_LICENSE("Dual MIT/GPL");
