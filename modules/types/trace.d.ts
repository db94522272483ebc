/** Writes a line to the host's diagnostic output. The text carries its own newline. (Apart from engine.d.ts: the Moddable SDK declares it itself.) */
declare function trace(text: string): void;
