/* The text of a distinguished name, taken apart for either library: "CN=gate, O=Example" or "/O=Example/CN=gate". */
#ifndef KEYGATE_NAMETEXT_H
#define KEYGATE_NAMETEXT_H

#define kNameTextSize 1024
#define kNameEntries 32

typedef struct {
	char* type;
	char* value;		/* without escapes */
	int isTogether;		/* in one set with the entry before ("+") */
} NameEntry;

typedef struct {
	char text[kNameTextSize];	/* what the entries point into */
	NameEntry entries[kNameEntries];
	int count;
} NameText;

/* 0: it is no name, or longer than any that is taken. */
int nametext_read(NameText* name, const char* text);

#endif
