/*
 * keygate on Linux: the root machine once, then a clone that runs the control plane in the loop. When the clone's heap or stack is
 * full it is thrown away, and a fresh clone starts the control plane anew. SAs with their keys, policies, tunnel interface, routes and the
 * sockets that carry ESP stay: packets are carried as before, and the new control plane takes the SAs over. When another follows for
 * other WAN settings all SAs are zeroed, and policies stay (nothing leaves in clear).
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "../../modules/crypto/accelerator.h"
#include "../../modules/crypto/certificates.h"
#include "../../modules/crypto/credentials.h"
#include "../../modules/ipsec/engine.h"
#include "../unit/io/listeners.h"
#include "admission.h"
#include "lan.h"
#include "loop.h"
#include "privileges.h"
#include "process.h"
#include "resolver.h"
#include "route.h"
#include "rule.h"
#include "stream.h"
#include "udp.h"
#include "wan.h"

/* So many fresh starts within a minute are no help any more. */
#define kRestarts 5
#define kRestartPeriod 60000

static void report(void* context, const char* line)
{
	(void)context;
	fprintf(stderr, "keygate: control plane: %s\n", line);
}

/* Standard descriptors that are closed would be taken by sockets. */
static int open_standard(void)
{
	int descriptor;
	do
		descriptor = open("/dev/null", O_RDWR);
	while (descriptor >= 0 && descriptor <= 2);
	if (descriptor > 2)
		close(descriptor);
	return descriptor >= 0;
}

/* What a control plane opened; `keep`: but for what carries packets. */
static void abandon(int keep)
{
	listener_abandon();
	stream_abandon();
	udp_abandon(keep);
	admission_clear();
	resolver_abandon();
	loop_abandon();
}

/* Of the link to a peer; the usual one when there is no telling. */
static uint32_t link_mtu(uint32_t address)
{
	uint32_t mtu = route_mtu(address, wan_interface());
	return mtu == 0 ? 1500 : mtu > 0xffff ? 0xffff : mtu;
}

/* Ends what belongs to a control plane that has died. Packets are carried on. */
static void bury(xsMachine* machine)
{
	engine_orphan();
	rule_restart();
	abandon(1);
	machine_delete(machine);
	accelerator_cancel(0);
	certificates_clear();
	credentials_clear();
}

/* Ends what belongs to a control plane that is over. 0 when no other can follow. */
static int clear_away(xsMachine* machine)
{
	engine_clear();
	rule_restart();
	abandon(0);
	machine_delete(machine);
	accelerator_shutdown();
	if (accelerator_initialize() == kAcceleratorOK)
		return 1;
	fprintf(stderr, "keygate: the accelerator did not start again\n");
	return 0;
}

static int run(void)
{
	uint64_t restarts[kRestarts];
	unsigned count = 0;
	for (;;) {
		xsMachine* machine = machine_create(&kMachineDevice, NULL);
		if (machine == NULL) {
			fprintf(stderr, "keygate: no memory for the control plane\n");
			return kExitControl;
		}
		MachineResult result = loop_start(machine, "hosts/linux/main");
		if (result == kMachineOK)
			udp_settle();
		LoopResult ended = result == kMachineOK ? loop_run() : kLoopDead;
		if (ended == kLoopExit) {
			rule_restart();
			rule_settle();
			abandon(0);
			machine_delete(machine);
			return control.status;
		}
		if (result == kMachineThrew) {
			/* Reported. Nothing of it can be relied on. */
			abandon(0);
			machine_delete(machine);
			return kExitControl;
		}
		if (ended == kLoopRestart) {
			/* The settings may name another address. */
			wan_close_raw();
			process_restarted(kRestartSettings);
			if (!clear_away(machine))
				return kExitControl;
			continue;
		}
		const char* reason = machine_abort_reason(machine);
		fprintf(stderr, "keygate: control plane restarted: heap exhausted (%s); tunnels keep carrying\n", reason ? reason : "unknown");
		bury(machine);
		uint64_t now = loop_now();
		if (count >= kRestarts && now - restarts[count % kRestarts] < kRestartPeriod) {
			fprintf(stderr, "keygate: the control plane ended %d times within a minute, giving up\n", kRestarts + 1);
			return kExitControl;
		}
		restarts[count++ % kRestarts] = now;
		process_restarted(kRestartHeap);
	}
}

int main(int argc, char** argv)
{
	char fault[256];
	if (!open_standard())
		return kExitControl;
	privileges_drop(argc, argv);
	int result = loop_open();
	if (result < 0) {
		fprintf(stderr, "keygate: event loop: %s\n", strerror(-result));
		return kExitControl;
	}
	if (accelerator_initialize() != kAcceleratorOK) {
		fprintf(stderr, "keygate: the crypto library did not start\n");
		return kExitControl;
	}
	engine_initialize();
	engine_set_link(link_mtu);
	process_arguments(argc, argv);
	machine_set_reporter(report);
	if (!machine_prepare(fault, sizeof fault)) {
		fprintf(stderr, "keygate: %s\n", fault);
		return kExitControl;
	}
	int status = run();
	wan_close_raw();
	lan_close();
	accelerator_shutdown();
	loop_close();
	return status;
}
