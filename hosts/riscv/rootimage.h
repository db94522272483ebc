/* The root machine in the image. */
#ifndef KEYGATE_RISCV_ROOTIMAGE_H
#define KEYGATE_RISCV_ROOTIMAGE_H

/* 0: the build runs the image, so that rootimage_make makes what it lacks. */
int rootimage_exists(void);
/* Makes the root machine and writes it to the file root.bin of the machine that builds (semihosting). Ends QEMU. */
_Noreturn void rootimage_make(void);

#endif
