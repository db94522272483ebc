/*
 * Looks in the root machine, before it is shared, for what a preloaded module must not have: state that can change. A preloaded module
 * is read-only on a device: a Map or a typed array cannot be written to, and an object that is written to is silently copied.
 */
#include "root.h"

typedef struct Node {
	txSlot* instance;
	uint32_t parent;	/* index of the node it was found in, for its path */
	txID id;		/* its name there, or XS_NO_ID */
	txIndex index;		/* of an array's element, from 1; 0: no name */
	int isPrototype;	/* of a class: it belongs to the class, as methods do */
} Node;

typedef struct {
	txMachine* the;
	Node* nodes;
	uint32_t count, capacity;
	const char* module;
	char* fault;
	size_t faultSize;
	uint32_t refused, refusedHere;	/* in all, and in this module */
} Walk;

enum { kNoParent = UINT32_MAX, kToldOfModule = 4 };

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

/* Writes the names on the way to a node from the right end of `path` to the left; answers where they begin. */
static const char* describePath(Walk* walk, uint32_t at, char* path, size_t size)
{
	size_t begin = size - 1;
	path[begin] = 0;
	for (; at != kNoParent; at = walk->nodes[at].parent) {
		const Node* node = &walk->nodes[at];
		char name[64];
		size_t length;
		if (node->id != XS_NO_ID)
			fxIDToString(walk->the, node->id, name, sizeof(name));
		else if (node->index != 0)
			snprintf(name, sizeof(name), "%u", (unsigned)node->index - 1);
		else
			continue;
		length = strlen(name);
		if (length + 1 > begin)
			break;
		if (path[begin])
			path[--begin] = '.';
		begin -= length;
		memcpy(path + begin, name, length);
	}
	return path + begin;
}

/* Adds a line about the node; the walk goes on, so that the first few of each module are told at once. */
static void refuse(Walk* walk, uint32_t at, const char* what)
{
	char path[256];
	const char* name = describePath(walk, at, path, sizeof(path));
	size_t length = strlen(walk->fault);
	walk->refused++;
	if (++walk->refusedHere <= kToldOfModule && length + 2 < walk->faultSize)
		snprintf(walk->fault + length, walk->faultSize - length, "%s%s.js: %s %s, at module scope: a preloaded module cannot change", length ? "\n" : "",
			walk->module, name[0] ? name : "something", what);
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
			if (property->kind == XS_CLOSURE_KIND && !pushValue(walk, at, property->value.closure, property->ID, 0, 0))
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

/* The walk's functions answer 0 when there is no memory for it. */
static int walkArray(Walk* walk, uint32_t at, const txSlot* array)
{
	txSlot* items = array->value.array.address;
	txIndex count = items ? (txIndex)(((txChunk*)((txByte*)items - sizeof(txChunk)))->size / (txSize)sizeof(txSlot)) : 0;
	for (txIndex i = 0; i < count; i++) {
		if (!isFixed(&items[i])) {
			refuse(walk, at, "is an array that is not frozen");
			return 1;
		}
		if (!pushValue(walk, at, &items[i], XS_NO_ID, i + 1, 0))
			return 0;
	}
	return 1;
}

static int walkInstance(Walk* walk, uint32_t at)
{
	Node node = walk->nodes[at];
	txSlot* first = node.instance->next;
	int isFunction = first && (first->kind == XS_CODE_KIND || first->kind == XS_CODE_X_KIND || first->kind == XS_CALLBACK_KIND || first->kind == XS_CALLBACK_X_KIND);
	int isOpen = isFunction || node.isPrototype;	/* methods and static members are the module's code */
	if (first && first->kind == XS_MODULE_KIND)
		return 1;
	if (first && (first->flag & XS_INTERNAL_FLAG)) {
		const char* kind = mutableKind(first);
		if (kind) {
			refuse(walk, at, kind);
			return 1;
		}
		if (first->kind == XS_CODE_KIND || first->kind == XS_CODE_X_KIND) {
			if (!walkEnvironment(walk, at, first->value.code.closures))
				return 0;
		}
	}
	if (!isOpen && !(node.instance->flag & XS_DONT_PATCH_FLAG)) {
		/* what C made (a table in static memory) has no properties to change */
		if (!first || first->kind != XS_HOST_KIND) {
			refuse(walk, at, first && first->kind == XS_ARRAY_KIND ? "is an array that is not frozen" : "is an object that is not frozen");
			return 1;
		}
	}
	for (txSlot* property = first; property; property = property->next) {
		if (property->flag & XS_INTERNAL_FLAG) {
			if (property->kind == XS_ARRAY_KIND && !walkArray(walk, at, property))
				return 0;
			if (property->kind == XS_PRIVATE_KIND) {
				for (txSlot* item = property->value.private.first; item; item = item->next) {
					if (!isOpen && !isFixed(item)) {
						refuse(walk, at, "is an object with private fields");
						return 1;
					}
					if (!pushValue(walk, at, item, XS_NO_ID, 0, 0))
						return 0;
				}
			}
			continue;
		}
		if (!isOpen && !isFixed(property)) {
			refuse(walk, at, "is an object that is not frozen");
			return 1;
		}
		if (!pushValue(walk, at, property, property->ID, 0, isFunction && property->ID == mxID(_prototype)))
			return 0;
	}
	return 1;
}

/* From a module's exports on, through what its functions see: the rest can no longer be reached by anything. */
static int walkModule(Walk* walk, txSlot* module)
{
	txSlot* exports = mxModuleInstanceExports(module);
	walk->count = 0;
	walk->refusedHere = 0;
	if (mxIsReference(exports)) {
		for (txSlot* property = exports->value.reference->next; property; property = property->next) {
			/* what it exports from another module belongs to that one */
			if (property->kind == XS_EXPORT_KIND && property->value.export.module == module && property->value.export.closure
				&& !pushValue(walk, kNoParent, property->value.export.closure, property->ID, 0, 0))
				return 0;
		}
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
	fault[0] = 0;
	for (txSlot* module = mxOwnModules(realm)->value.reference->next; module && ok; module = module->next) {
		walk.module = fxGetKeyName(the, module->ID);
		ok = walkModule(&walk, module->value.reference);
	}
	free(walk.nodes);
	clearFlags(the);
	return ok && walk.refused == 0;
}
