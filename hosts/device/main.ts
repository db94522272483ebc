/** The way in: not preloaded, so that it runs in each clone. */
import { run } from "./start.js";

run();
