/** The flash chip, by region (flash.h). */

/** What a storage needs of it. */
export interface Flash {
	/** How many of the buffer's bytes came from the flash. */
	read(region: number, offset: number, target: Uint8Array): number;
	/** Whether all of the region is erased now. */
	erase(region: number): boolean;
	/** Whether the bytes are safe now. */
	write(region: number, offset: number, bytes: Uint8Array): boolean;
}

/** The one of this board. */
export const flash: Flash = Object.freeze({
	read: native<Flash["read"]>("xs_flash_read"),
	erase: native<Flash["erase"]>("xs_flash_erase"),
	write: native<Flash["write"]>("xs_flash_write"),
});
