/** The settings document's static memory. */

/** Always the same SETTINGS_HEADER_SIZE and twice SETTINGS_SIZE bytes: for one Documents. */
export const settingsTable = native<() => ArrayBuffer>("xs_settings_table");
