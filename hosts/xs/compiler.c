/*
 * JavaScript modules to byte code, by the engine's own parser: compiler LIST
 * LIST has a line for each module: source, output and name, and `preload` or `load`, separated by tabs. An output is
 * two 32-bit sizes in the machine's byte order, then that many bytes of symbols and of code, as hosts/xs/pack.mjs reads them.
 * A module to be preloaded is refused when it awaits at its top level or declares variables there that can change.
 */
#include "xsScript.h"

typedef struct {
	const char* name;	/* for messages: the module with its extension */
	int preload;
	int faults;
} Module;

static void fault(Module* module, int line, const char* format, ...)
{
	va_list arguments;
	fprintf(stderr, "%s.js:%d: ", module->name, line);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	module->faults++;
}

/* `class X` declares X as `let X` would; nothing but the class itself goes there. */
static int declaresClass(txModuleNode* root, txDeclareNode* declaration)
{
	txNode* node = root->body;
	if (node->description->token == XS_TOKEN_STATEMENTS)
		node = ((txStatementsNode*)node)->items->first;
	for (; node; node = node->next) {
		txBindingNode* binding = (txBindingNode*)node;
		if (node->description->token == XS_TOKEN_BINDING && binding->target == (txNode*)declaration)
			return binding->initializer && binding->initializer->description->token == XS_TOKEN_CLASS
				&& ((txClassNode*)binding->initializer)->symbol == declaration->symbol;
	}
	return 0;
}

/* A preloaded module is read-only: a variable at its top level could never change. */
static void checkPreload(Module* module, txParser* parser)
{
	txModuleNode* root = (txModuleNode*)parser->root;
	if (root->flags & mxAwaitingFlag)
		fault(module, 1, "await at module scope: the module cannot be preloaded");
	for (txDeclareNode* node = root->scope->firstDeclareNode; node; node = node->nextDeclareNode) {
		txToken token = node->description->token;
		if (token != XS_TOKEN_LET && token != XS_TOKEN_VAR)
			continue;
		/* imports and what a module exports from another are such nodes too */
		if (!node->symbol || node->importSpecifier || declaresClass(root, node))
			continue;
		fault(module, node->line, "%s %s at module scope: a preloaded module cannot change", token == XS_TOKEN_LET ? "let" : "var", node->symbol->string);
	}
}

static txScript* parse(Module* module, txParser* parser, const char* source)
{
	txParserJump jump;
	txScript* volatile script = NULL;
	FILE* file = fopen(source, "r");
	if (!file) {
		fault(module, 0, "%s", strerror(errno));
		return NULL;
	}
	parser->firstJump = &jump;
	if (setjmp(jump.jmp_buf) == 0) {
		parser->path = fxNewParserSymbol(parser, (txString)module->name);
		fxParserTree(parser, file, (txGetter)fgetc, mxCFlag, NULL);
		if (!parser->errorCount) {
			fxParserHoist(parser);
			if (module->preload && !parser->errorCount)
				checkPreload(module, parser);
			fxParserBind(parser);
		}
		if (!parser->errorCount && !module->faults)
			script = fxParserCode(parser);
	}
	fclose(file);
	module->faults += parser->errorCount;
	return script;
}

static int emit(Module* module, txScript* script, const char* output)
{
	uint32_t sizes[2] = { (uint32_t)script->symbolsSize, (uint32_t)script->codeSize };
	FILE* file = fopen(output, "w");
	int ok = file
		&& fwrite(sizes, sizeof(sizes), 1, file) == 1
		&& fwrite(script->symbolsBuffer, 1, sizes[0], file) == sizes[0]
		&& fwrite(script->codeBuffer, 1, sizes[1], file) == sizes[1];
	if (file && fclose(file) != 0)
		ok = 0;
	if (!ok)
		fault(module, 0, "%s: %s", output, strerror(errno));
	return ok;
}

int main(int count, char** arguments)
{
	char line[4096];
	int faults = 0;
	FILE* list = count == 2 ? fopen(arguments[1], "r") : NULL;
	if (!list) {
		fprintf(stderr, "usage: compiler LIST\n");
		return 2;
	}
	while (fgets(line, sizeof(line), list)) {
		Module module = { NULL, 0, 0 };
		char* source = strtok(line, "\t\n");
		char* output = strtok(NULL, "\t\n");
		char* mode;
		txParser parser;
		txScript* script;
		module.name = strtok(NULL, "\t\n");
		mode = strtok(NULL, "\t\n");
		if (!mode) {
			fprintf(stderr, "compiler: %s: a line needs source, output, name and mode\n", arguments[1]);
			return 2;
		}
		module.preload = strcmp(mode, "preload") == 0;
		fxInitializeParser(&parser, &module, 32 * 1024, 1993);
		script = parse(&module, &parser, source);
		if (script)
			emit(&module, script, output);
		fxTerminateParser(&parser);
		faults += module.faults;
	}
	fclose(list);
	return faults ? 1 : 0;
}

/* ---- what the parser asks of its host ---- */

txID fxGenerateProfileID(void* console)
{
	(void)console;
	return 0;
}

void fxGenerateTag(void* console, txString buffer, txInteger size, txString path)
{
	static int tag;
	(void)console;
	(void)path;
	snprintf(buffer, (size_t)size, "#%d", tag++);
}

static void report(void* console, txInteger line, txString format, c_va_list arguments)
{
	fprintf(stderr, "%s.js:%d: ", ((Module*)console)->name, line);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void fxVReportError(void* console, txString path, txInteger line, txString format, c_va_list arguments)
{
	(void)path;
	report(console, line, format, arguments);
}

void fxVReportWarning(void* console, txString path, txInteger line, txString format, c_va_list arguments)
{
	(void)path;
	report(console, line, format, arguments);
}
