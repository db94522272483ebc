/* The root machine in the image. */
#ifndef KEYGATE_RISCV_IMAGE_H
#define KEYGATE_RISCV_IMAGE_H

/* 0: the build runs the image, so that image_make makes what it lacks. */
int image_has_root(void);
/* Makes the root machine and writes it to the file root.bin of the machine that builds (semihosting). Ends QEMU. */
_Noreturn void image_make(void);

#endif
