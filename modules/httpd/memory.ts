/** The static memory of uploads. */

/** Always the same UPLOAD_SIZE bytes: for one Workspace. */
export const uploadMemory = native<() => ArrayBuffer>("xs_httpd_memory");
