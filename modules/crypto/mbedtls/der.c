#include "der.h"

#include <mbedtls/asn1write.h>
#include <string.h>

DER der_of(const uint8_t* bytes, size_t size)
{
	/* a certificate without extensions has no bytes of them anywhere, and NULL + 0 is not defined in C */
	return (DER){ .at = bytes, .end = bytes ? bytes + size : NULL };
}

size_t der_size(DER bytes)
{
	return (size_t)(bytes.end - bytes.at);
}

int der_tag(DER from)
{
	return from.at < from.end ? *from.at : -1;
}

int der_take(DER* from, int tag, DER* content)
{
	unsigned char* at = (unsigned char*)(uintptr_t)from->at;	/* mbedTLS has no const here, and writes nothing */
	size_t size;
	if (!from->at || mbedtls_asn1_get_tag(&at, from->end, &size, tag) != 0)
		return 0;
	*content = der_of(at, size);
	from->at = at + size;
	return 1;
}

int der_skip(DER* from)
{
	DER content;
	return from->at < from->end && der_take(from, *from->at, &content);
}

int der_whole(DER* from, int tag, DER* content)
{
	return der_take(from, tag, content) && from->at == from->end;
}

int der_is(DER content, const char* bytes, size_t size)
{
	return der_size(content) == size && memcmp(content.at, bytes, size) == 0;
}

int der_take_number(DER* from, int* number)
{
	unsigned char* at = (unsigned char*)(uintptr_t)from->at;
	if (mbedtls_asn1_get_int(&at, from->end, number) != 0)
		return 0;
	from->at = at;
	return 1;
}

DERWriter der_writer(uint8_t* buffer, size_t capacity)
{
	return (DERWriter){ .start = buffer, .at = buffer + capacity, .end = buffer + capacity };
}

size_t der_written(const DERWriter* writer)
{
	return writer->failed ? 0 : (size_t)(writer->end - writer->at);
}

void der_write(DERWriter* writer, const void* bytes, size_t size)
{
	if (!writer->failed && mbedtls_asn1_write_raw_buffer(&writer->at, writer->start, bytes, size) < 0)
		writer->failed = 1;
}

void der_write_around(DERWriter* writer, int tag, const uint8_t* end)
{
	if (!writer->failed && (mbedtls_asn1_write_len(&writer->at, writer->start, (size_t)(end - writer->at)) < 0
		|| mbedtls_asn1_write_tag(&writer->at, writer->start, (unsigned char)tag) < 0))
		writer->failed = 1;
}

void der_write_element(DERWriter* writer, int tag, const void* bytes, size_t size)
{
	const uint8_t* end = writer->at;
	der_write(writer, bytes, size);
	der_write_around(writer, tag, end);
}
