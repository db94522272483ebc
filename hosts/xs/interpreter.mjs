// The engine's interpreter of byte code, as it is compiled here. In the engine's own text the function that runs byte code calls setjmp where a `try` begins, and a function that may
// return twice keeps all its variables in memory, everywhere. Here it is another function that calls setjmp: the interpreter returns to it when a `try` has begun, and is entered
// again: at once to go on, and once more when something was thrown. Everything else is the engine's.

/** What is replaced, and by what. Each stands once in the function. */
const replacements = [
	["void fxRunID(txMachine* the, txSlot* generator, txInteger count)\n{\n",
		`enum { FRESH, RESUMED, CAUGHT };

/* Runs byte code until it returns: 0, or how many tries have begun whose jumps are not set. */
static __attribute__((noinline)) txInteger fxRunCode(txMachine* the, txSlot* generator, txInteger count, txJump* yieldJump, txInteger entry)
{
`],
	["\ttxJump* yieldJump = the->firstJump;\n", ""],
	["\tmxCheckCStack();\n\tif (generator) {\n",
		`	mxCheckCStack();
	if (entry == CAUGHT) {
		jump = the->firstJump;
		the->firstJump = jump->nextJump;
		mxStack = jump->stack;
		mxScope = jump->scope;
		mxFrame = jump->frame;
		mxEnvironment = mxFrameToEnvironment(mxFrame);
		mxEnvironment->value.reference = jump->environment;
		mxCode = jump->code;
		c_free(jump);
		mxFirstCode();
	}
	else if (entry == RESUMED) {
		mxEnvironment = mxFrameToEnvironment(mxFrame);
		mxFirstCode();
	}
	else if (generator) {
`],
	// a generator that goes on within tries
	[/\t\t\t\tif \(c_setjmp\(jump->buffer\) == 1\) \{\n[^}]*goto XS_CODE_JUMP;\n\t\t\t\t\}\n/, ""],
	["XS_CODE_JUMP:\n\t\tmxFirstCode();\n",
		`		if (the->firstJump != yieldJump) {
			for (jump = the->firstJump, offset = 0; jump != yieldJump; jump = jump->nextJump, offset++)
				jump->environment = mxEnvironment->value.reference;
			mxSaveState;
			return offset;
		}
		mxFirstCode();
`],
	[/\t\t\t\tif \(c_setjmp\(jump->buffer\) != 0\) \{\n[^}]*mxFirstCode\(\);\n\t\t\t\t\}\n/, "\t\t\t\tmxSaveState;\n\t\t\t\treturn 1;\n"],
];

/** After the function: what is called by its name. */
const outer = `
/* Sets the jumps of tries that have begun, and goes on. */
static __attribute__((noinline)) void fxRunTries(txMachine* the, txSlot* generator, txJump* yieldJump, txInteger begun)
{
	while (begun) {
		txJump* jump = the->firstJump;
		txInteger entry = RESUMED;
		for (; begun; begun--, jump = jump->nextJump) {
			if (c_setjmp(jump->buffer) != 0) {
				entry = CAUGHT;
				break;
			}
		}
		begun = fxRunCode(the, generator, 0, yieldJump, entry);
	}
}

void fxRunID(txMachine* the, txSlot* generator, txInteger count)
{
	txJump* yieldJump = the->firstJump;
	txInteger begun = fxRunCode(the, generator, count, yieldJump, FRESH);
	if (begun)
		fxRunTries(the, generator, yieldJump, begun);
}
`;

/** The text of xsRun.c with those replacements, or undefined when it is another than they are made for: a newer engine. */
export function interpreter(text) {
	const from = text.indexOf(replacements[0][0]);
	const to = text.indexOf("\n}\n", from) + 3;
	let body = text.slice(from, to);
	for (const [what, by] of replacements) {
		const parts = body.split(what);
		if (parts.length !== 2)
			return undefined;
		body = parts.join(by);
	}
	body = body.replace(/\breturn;/g, "return 0;");
	return body.includes("setjmp") ? undefined : text.slice(0, from) + body + outer + text.slice(to);
}
