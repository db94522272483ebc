// npm start: builds what is stale and runs the lab.
import { join } from "node:path";
import { build, root } from "../setup.mjs";

await build();
const { runLab } = await import(join(root, "build/js/hosts/lab/lab.js"));
process.exit(await runLab(join(root, "build/linux/keygate")));
