/* A firmware that is entered as the board's is: at its first word, with what the boot loader hands over in a0 and a1. */
	.section .start, "ax"
	.globl _start
_start:
	la	sp, __stack_top
	la	t0, __bss_start
	la	t1, __bss_end
1:	bgeu	t0, t1, 2f
	sw	zero, 0(t0)
	addi	t0, t0, 4
	j	1b
2:	call	entry
3:	j	3b
