/** What the Moddable SDK runs first: keygate begins when this module is done (start.c). */
const start = native<() => void>("xs_esp32_start");

export default function main(): void {
	start();
}
