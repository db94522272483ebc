/** The static memory of what is remembered. */

/** Always the same LADDERS times LADDER_SIZE bytes: for one Ladders. */
export const ladderTable = native<() => ArrayBuffer>("xs_ladder_table");
/** Always the same CONNECTIONS times HISTORY_SIZE bytes: for one History. */
export const historyTable = native<() => ArrayBuffer>("xs_history_table");
/** Always the same ATTEMPTS times ATTEMPT_SIZE bytes: for one Attempts. */
export const attemptTable = native<() => ArrayBuffer>("xs_attempt_table");
