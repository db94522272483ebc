/* The board's first instruction. The loader's code runs where it lies in the flash; what runs while the flash is written is copied to RAM with the data. */
	.section .start, "ax"
	.globl _start
_start:
	/* one processor goes on */
	csrr	t0, mhartid
1:	bnez	t0, 1b
	csrw	mie, zero
	/*
	 * The firmware before has locked its memory, and QEMU keeps that at a reset, which a processor does not. With mseccfg.RLB (0x747, bit 2), set here before
	 * anything is locked, it can be taken back; a processor without it goes on behind.
	 */
	la	t0, 2f
	csrw	mtvec, t0
	li	s0, 0
	csrwi	0x747, 4
	csrr	s0, 0x747
	.balign	4
2:	csrw	pmpcfg0, zero
	csrw	pmpcfg1, zero
	csrw	pmpcfg2, zero
	csrw	pmpcfg3, zero
	la	t0, trap
	csrw	mtvec, t0
	la	sp, __stack_top
	la	t0, __data_start
	la	t1, __data_end
	la	t2, __data_source
2:	bgeu	t0, t1, 3f
	lw	t3, 0(t2)
	sw	t3, 0(t0)
	addi	t0, t0, 4
	addi	t2, t2, 4
	j	2b
3:	la	t0, __bss_start
	la	t1, __bss_end
4:	bgeu	t0, t1, 5f
	sw	zero, 0(t0)
	addi	t0, t0, 4
	j	4b
5:	fence.i
	andi	a0, s0, 4
	call	boot
	/* boot does not return */
	.balign 4
trap:
	csrr	a0, mcause
	csrr	a1, mepc
	csrr	a2, mtval
	la	sp, __stack_top
	j	boot_trap
