/*
 * Looks in the root machine, before it is shared, for what a preloaded module must not have: state that can change. A preloaded module
 * is read-only on a device: a Map or a typed array cannot be written to, and an object that is written to is silently copied.
 */
#include "root.h"

typedef struct Node {
	txSlot* instance;
	uint32_t parent;	/* index of the node it was found in, for its path */
	txID id;		/* its name there, or XS_NO_ID: `index` */
	txIndex index;
	int isPrototype;	/* of a class: it belongs to the class, as methods do */
} Node;

typedef struct {
	txMachine* the;
	Node* nodes;
	uint32_t count, capacity;
	const char* module;
	char* fault;
	size_t faultSize;
} Walk;

enum { kNoParent = UINT32_MAX };

/* What exists before the first module runs is the language's own, and not looked at. */
void check_begin(txMachine* the)
{
	for (txSlot* heap = the->firstHeap; heap; heap = heap->next) {
		for (txSlot* slot = heap + 1; slot < heap->value.reference; slot++) {
			if (slot->kind == XS_INSTANCE_KIND)
				slot->flag |= XS_LEVEL_FLAG;
		}
	}
}

static void clearFlags(txMachine* the)
{
	for (txSlot* heap = the->firstHeap; heap; heap = heap->next) {
		for (txSlot* slot = heap + 1; slot < heap->value.reference; slot++) {
			if (slot->kind == XS_INSTANCE_KIND)
				slot->flag &= (txFlag)~XS_LEVEL_FLAG;
		}
	}
}

static int push(Walk* walk, txSlot* instance, uint32_t parent, txID id, txIndex index, int isPrototype)
{
	if (!instance || instance->kind != XS_INSTANCE_KIND || (instance->flag & XS_LEVEL_FLAG))
		return 1;
	instance->flag |= XS_LEVEL_FLAG;
	if (walk->count == walk->capacity) {
		uint32_t capacity = walk->capacity ? walk->capacity * 2 : 1024;
		Node* nodes = realloc(walk->nodes, capacity * sizeof(Node));
		if (!nodes) {
			snprintf(walk->fault, walk->faultSize, "no memory to check the modules");
			return 0;
		}
		walk->nodes = nodes;
		walk->capacity = capacity;
	}
	walk->nodes[walk->count++] = (Node){ instance, parent, id, index, isPrototype };
	return 1;
}

static void describePath(Walk* walk, uint32_t at, char* path, size_t size)
{
	char name[64], rest[256];
	path[0] = 0;
	for (; at != kNoParent; at = walk->nodes[at].parent) {
		Node* node = &walk->nodes[at];
		if (node->id != XS_NO_ID)
			fxIDToString(walk->the, node->id, name, sizeof(name));
		else if (node->index != XS_NO_ID)
			snprintf(name, sizeof(name), "%u", node->index - 1);
		else
			continue;
		snprintf(rest, sizeof(rest), "%s%s", path[0] ? "." : "", path);
		snprintf(path, size, "%s%s", name, rest);
	}
}

static int refuse(Walk* walk, uint32_t at, const char* what)
{
	char path[256];
	describePath(walk, at, path, sizeof(path));
	snprintf(walk->fault, walk->faultSize, "%s.js: %s%s%s at module scope: a preloaded module cannot change", walk->module, path[0] ? path : "an object",
		path[0] ? " " : ": ", what);
	return 0;
}

static int pushValue(Walk* walk, uint32_t parent, const txSlot* value, txID id, txIndex index, int isPrototype)
{
	if (value->kind == XS_REFERENCE_KIND)
		return push(walk, value->value.reference, parent, id, index, isPrototype);
	if (value->kind == XS_ACCESSOR_KIND)
		return push(walk, value->value.accessor.getter, parent, id, index, 0) && push(walk, value->value.accessor.setter, parent, id, index, 0);
	return 1;
}

static int isFixed(const txSlot* property)
{
	return property->kind == XS_ACCESSOR_KIND || (property->flag & XS_DONT_SET_FLAG);
}

/* The variables that a function sees: those of its module among them. */
static int walkEnvironment(Walk* walk, uint32_t at, txSlot* environment)
{
	while (environment && environment->kind == XS_INSTANCE_KIND && !(environment->flag & XS_LEVEL_FLAG)) {
		environment->flag |= XS_LEVEL_FLAG;
		for (txSlot* property = environment->next ? environment->next->next : NULL; property; property = property->next) {
			if (property->kind == XS_CLOSURE_KIND && !pushValue(walk, at, property->value.closure, property->ID, XS_NO_ID, 0))
				return 0;
		}
		environment = environment->value.instance.prototype;
	}
	return 1;
}

static const char* mutableKind(const txSlot* slot)
{
	switch (slot->kind) {
	case XS_ARRAY_BUFFER_KIND: return "is an ArrayBuffer";
	case XS_TYPED_ARRAY_KIND: return "is a typed array";
	case XS_DATA_VIEW_KIND: return "is a DataView";
	case XS_MAP_KIND: return "is a Map";
	case XS_SET_KIND: return "is a Set";
	case XS_WEAK_MAP_KIND: return "is a WeakMap";
	case XS_WEAK_SET_KIND: return "is a WeakSet";
	case XS_DATE_KIND: return "is a Date";
	case XS_PROMISE_KIND: return "is a Promise";
	case XS_PROXY_KIND: return "is a Proxy";
	default: return NULL;
	}
}

static int walkArray(Walk* walk, uint32_t at, const txSlot* array)
{
	txSlot* items = array->value.array.address;
	txIndex count = items ? (txIndex)(((txChunk*)((txByte*)items - sizeof(txChunk)))->size / (txSize)sizeof(txSlot)) : 0;
	for (txIndex i = 0; i < count; i++) {
		if (!isFixed(&items[i]))
			return refuse(walk, at, "is an array that is not frozen");
		if (!pushValue(walk, at, &items[i], XS_NO_ID, i + 1, 0))
			return 0;
	}
	return 1;
}

static int walkInstance(Walk* walk, uint32_t at)
{
	Node node = walk->nodes[at];
	txMachine* the = walk->the;
	txSlot* first = node.instance->next;
	int isFunction = first && (first->kind == XS_CODE_KIND || first->kind == XS_CODE_X_KIND || first->kind == XS_CALLBACK_KIND || first->kind == XS_CALLBACK_X_KIND);
	int isOpen = isFunction || node.isPrototype;	/* methods and static members are the module's code */
	if (first && first->kind == XS_MODULE_KIND)
		return 1;
	if (first && (first->flag & XS_INTERNAL_FLAG)) {
		const char* kind = mutableKind(first);
		if (kind)
			return refuse(walk, at, kind);
		if (first->kind == XS_CODE_KIND || first->kind == XS_CODE_X_KIND) {
			if (!walkEnvironment(walk, at, first->value.code.closures))
				return 0;
		}
	}
	if (!isOpen && !(node.instance->flag & XS_DONT_PATCH_FLAG)) {
		/* what C made (a table in static memory) has no properties to change */
		if (!first || first->kind != XS_HOST_KIND)
			return refuse(walk, at, first && first->kind == XS_ARRAY_KIND ? "is an array that is not frozen" : "is an object that is not frozen");
	}
	for (txSlot* property = first; property; property = property->next) {
		if (property->flag & XS_INTERNAL_FLAG) {
			if (property->kind == XS_ARRAY_KIND && !walkArray(walk, at, property))
				return 0;
			if (property->kind == XS_PRIVATE_KIND) {
				for (txSlot* item = property->value.private.first; item; item = item->next) {
					if (!isOpen && !isFixed(item))
						return refuse(walk, at, "is an object with private fields");
					if (!pushValue(walk, at, item, XS_NO_ID, XS_NO_ID, 0))
						return 0;
				}
			}
			continue;
		}
		if (!isOpen && !isFixed(property))
			return refuse(walk, at, "is an object that is not frozen");
		if (!pushValue(walk, at, property, property->ID, XS_NO_ID, isFunction && property->ID == mxID(_prototype)))
			return 0;
	}
	return 1;
}

static int walkModule(Walk* walk, txSlot* module)
{
	txSlot* execute = mxModuleInstanceExecute(module);
	txSlot* exports = mxModuleInstanceExports(module);
	walk->count = 0;
	if (mxIsReference(exports)) {
		for (txSlot* property = exports->value.reference->next; property; property = property->next) {
			/* what it exports from another module belongs to that one */
			if (property->kind == XS_EXPORT_KIND && property->value.export.module == module && property->value.export.closure
				&& !pushValue(walk, kNoParent, property->value.export.closure, property->ID, XS_NO_ID, 0))
				return 0;
		}
	}
	if (mxIsReference(execute)) {
		txSlot* code = execute->value.reference->next;
		if ((code->kind == XS_CODE_KIND || code->kind == XS_CODE_X_KIND) && !walkEnvironment(walk, kNoParent, code->value.code.closures))
			return 0;
	}
	for (uint32_t at = 0; at < walk->count; at++) {
		if (!walkInstance(walk, at))
			return 0;
	}
	return 1;
}

int check_modules(txMachine* the, char* fault, size_t faultSize)
{
	Walk walk = { .the = the, .fault = fault, .faultSize = faultSize };
	txSlot* realm = mxModuleInstanceInternal(mxProgram.value.reference)->value.module.realm;
	int ok = 1;
	for (txSlot* module = mxOwnModules(realm)->value.reference->next; module && ok; module = module->next) {
		walk.module = fxGetKeyName(the, module->ID);
		ok = walkModule(&walk, module->value.reference);
	}
	free(walk.nodes);
	clearFlags(the);
	return ok;
}
