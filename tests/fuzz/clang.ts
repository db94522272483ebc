/** Whether clang is there, with its fuzzer. */
import { spawnSync } from "node:child_process";

export const canFuzz = spawnSync("clang", ["-fsanitize=fuzzer", "-x", "c", "-", "-o", "/dev/null"], { input: "int LLVMFuzzerTestOneInput(const char* data, unsigned long size) { return data && size ? 0 : 0; }" }).status === 0;
