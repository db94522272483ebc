/*
 * keygate on a device: lwIP and its ports, the root machine, then a clone that runs the control plane in the loop. When the clone's heap or stack is full it
 * is thrown away, and a fresh clone starts the control plane anew. SAs with their keys, policies, routes and the socket that carries ESP stay: packets are
 * carried as before, and the new control plane takes the SAs over. When another follows for other WAN settings all SAs are zeroed, and policies stay
 * (nothing leaves in clear).
 */
#include "main.h"

#include <stdio.h>
#include "../device/board.h"
#include "../../modules/crypto/accelerator.h"
#include "../../modules/crypto/certificates.h"
#include "../../modules/crypto/credentials.h"
#include "../../modules/ipsec/engine.h"
#include "listener.h"
#include "lock.h"
#include "loop.h"
#include "netifs.h"
#include "network.h"
#include "process.h"
#include "resolver.h"
#include "stream.h"
#include "tunnel.h"
#include "udp.h"
#include "wan.h"

/* So many fresh starts within a minute are no help any more. */
#define kRestarts 5
#define kRestartPeriod 60000

static void report(void* context, const char* line)
{
	(void)context;
	process_print("keygate: control plane: ", line);
}

/* What a control plane opened; `keep`: but for what carries packets. */
static void abandon(int keep)
{
	listener_abandon();
	stream_abandon();
	udp_abandon(keep);
	resolver_abandon();
	network_abandon();
	loop_abandon();
}

/* Ends what belongs to a control plane that has died. Packets are carried on. */
static void bury(xsMachine* machine)
{
	engine_orphan();
	abandon(1);
	machine_delete(machine);
	accelerator_cancel(0);
	certificates_clear();
	credentials_clear();
}

/* Ends what belongs to a control plane that is over. */
static void clear_away(xsMachine* machine)
{
	engine_clear();
	abandon(0);
	machine_delete(machine);
	accelerator_shutdown();
	if (accelerator_initialize() != kAcceleratorOK)
		board_fatal("the accelerator did not start again");
}

static _Noreturn void run(const char* module)
{
	uint64_t restarts[kRestarts];
	unsigned count = 0;
	for (;;) {
		xsMachine* machine = machine_create(&kMachineDevice, NULL);
		if (machine == NULL)
			board_fatal("no memory for the control plane");
		MachineResult result = loop_start(machine, module);
		if (result == kMachineOK)
			udp_settle();
		LoopResult ended = result == kMachineOK ? loop_run() : kLoopDead;
		if (result == kMachineThrew)
			/* Reported. Nothing of it can be relied on. */
			board_fatal("the control plane did not start");
		if (ended == kLoopExit) {
			engine_clear();
			abandon(0);
			board_restart();
		}
		if (ended == kLoopRestart) {
			/* The settings may name another address. */
			wan_close_raw();
			process_restarted(kRestartSettings);
			clear_away(machine);
			continue;
		}
		const char* reason = machine_abort_reason(machine);
		process_print("keygate: control plane restarted, tunnels keep carrying: heap exhausted: ", reason ? reason : "unknown");
		bury(machine);
		uint64_t now = loop_now();
		if (count >= kRestarts && now - restarts[count % kRestarts] < kRestartPeriod)
			board_fatal("the control plane ended too often within a minute");
		restarts[count++ % kRestarts] = now;
		process_restarted(kRestartHeap);
	}
}

_Noreturn void device_run(const char* module)
{
	char fault[256];
	lock_take();
	if (accelerator_initialize() != kAcceleratorOK)
		board_fatal("the crypto library did not start");
	engine_initialize();
	engine_set_link(wan_link);
	netifs_open();
	tunnel_open();
	machine_set_reporter(report);
	if (!machine_prepare(fault, sizeof fault))
		board_fatal(fault);
	run(module);
}
