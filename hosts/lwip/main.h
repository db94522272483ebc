/* The life of a device's control plane. */
#ifndef KEYGATE_LWIP_MAIN_H
#define KEYGATE_LWIP_MAIN_H

/*
 * For a board's main, once its hardware works: runs `module` and everything around it. Ends by board_restart, or board_fatal when nothing can go on.
 */
_Noreturn void device_run(const char* module);

#endif
