/* Where the engine's interpreter of a profile build (chain.mjs) enters and leaves a function. */
#ifndef KEYGATE_XS_PROFILE_H
#define KEYGATE_XS_PROFILE_H

void profile_begin(txMachine* the, txSlot* function);
void profile_end(txMachine* the, txSlot* function);
extern const char __executable_start;

#endif
