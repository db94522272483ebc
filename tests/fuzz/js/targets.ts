/** The fuzzing targets in TypeScript. */
import { codecsTarget } from "./codecs.js";
import { consoleTarget } from "./console.js";
import { exchangesTarget } from "./exchanges.js";
import type { Target } from "./loop.js";
import { pagesTarget } from "./pages.js";
import { servicesTarget } from "./services.js";
import { settingsTarget } from "./settings.js";

export const targets: readonly Target[] = [exchangesTarget, codecsTarget, pagesTarget, consoleTarget, settingsTarget, servicesTarget];

export { fuzz } from "./loop.js";
