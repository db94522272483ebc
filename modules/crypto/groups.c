#include "groups.h"

#include "jobs.h"

const GroupSizes kGroups[kGroupsCount] = {
	[kGroup2] = { 2, kModp, 128, 32, 128 },
	[kGroup5] = { 5, kModp, 192, 32, 192 },
	[kGroup14] = { 14, kModp, 256, 32, 256 },
	[kGroup15] = { 15, kModp, 384, 40, 384 },
	[kGroup16] = { 16, kModp, 512, 48, 512 },
	[kGroup17] = { 17, kModp, 768, 56, 768 },
	[kGroup18] = { 18, kModp, 1024, 64, 1024 },
	[kGroup19] = { 19, kECP, 64, 32, 32 },
	[kGroup20] = { 20, kECP, 96, 48, 48 },
	[kGroup21] = { 21, kECP, 132, 66, 66 },
	[kGroup31] = { 31, kCurve25519, 32, 32, 32 },
};

int group_index(int group)
{
	for (int i = 0; i < kGroupsCount; i++) {
		if (kGroups[i].group == group)
			return i;
	}
	return -1;
}

int agreement_check(const AcceleratorJob* job)
{
	int index = group_index(job->group);
	if (index < 0 || (job->kind != kJobGenerate && job->kind != kJobAgree))
		return kAcceleratorBadSize;
	if (job->kind == kJobAgree) {
		if (job->publicSize != kGroups[index].publicSize || job->privateSize == 0 || job->privateSize > sizeof(job->privateValue))
			return kAcceleratorBadSize;
		/* A MODP exponent may have any size up to the prime's that there is room for; the others have one. */
		if (kGroups[index].kind == kModp ? job->privateSize > kGroups[index].publicSize : job->privateSize != kGroups[index].privateSize)
			return kAcceleratorBadSize;
	}
	return kAcceleratorOK;
}
