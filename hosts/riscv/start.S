/* From power-up to C, and from a trap to C and back. */

/* A frame is the registers x1 to x31, where 2 is the stack pointer of whoever was interrupted. */
#define kFrame 128

	.section .start, "ax", @progbits
	.globl start
start:
	csrci mstatus, 8
	csrw mie, zero
	/* what a boot loader says */
	mv s0, a0
	mv s1, a1
	.option push
	.option norelax
	la gp, global_pointer
	.option pop
	la sp, stack_top
	la tp, tls_start
	la t0, trap
	csrw mtvec, t0
	la t0, trap_stack_top
	csrw mscratch, t0

	la a0, data_start
	la a1, data_image
	la a2, data_end
1:	bgeu a0, a2, 2f
	lw t0, 0(a1)
	sw t0, 0(a0)
	addi a0, a0, 4
	addi a1, a1, 4
	j 1b
2:	la a0, bss_start
	la a1, bss_end
3:	bgeu a0, a1, 4f
	sw zero, 0(a0)
	addi a0, a0, 4
	j 3b

	/* how deep the stack ever was shows in what is left of this */
4:	la a0, stack_bottom
	li t0, 0xa5a5a5a5
5:	sw t0, 0(a0)
	addi a0, a0, 4
	bltu a0, sp, 5b

	mv a0, s0
	mv a1, s1
	call board_start
	j .

	/*
	 * Waits for an interrupt unless the word at a0 is not 0. Interrupts are let in all the time, or the watchdog's would not come: one that is served in
	 * between ends it, as the trap goes on behind it then.
	 */
	.text
	.balign 4
	.globl timer_wait
	.globl timer_waited
timer_wait:
	lw t0, 0(a0)
	bnez t0, timer_waited
	wfi
timer_waited:
	ret

	.balign 4
	.globl trap
trap:
	csrrw sp, mscratch, sp
	addi sp, sp, -kFrame
	sw x1, 4(sp)
	sw x3, 12(sp)
	sw x4, 16(sp)
	sw x5, 20(sp)
	sw x6, 24(sp)
	sw x7, 28(sp)
	sw x8, 32(sp)
	sw x9, 36(sp)
	sw x10, 40(sp)
	sw x11, 44(sp)
	sw x12, 48(sp)
	sw x13, 52(sp)
	sw x14, 56(sp)
	sw x15, 60(sp)
	sw x16, 64(sp)
	sw x17, 68(sp)
	sw x18, 72(sp)
	sw x19, 76(sp)
	sw x20, 80(sp)
	sw x21, 84(sp)
	sw x22, 88(sp)
	sw x23, 92(sp)
	sw x24, 96(sp)
	sw x25, 100(sp)
	sw x26, 104(sp)
	sw x27, 108(sp)
	sw x28, 112(sp)
	sw x29, 116(sp)
	sw x30, 120(sp)
	sw x31, 124(sp)
	csrr t0, mscratch
	sw t0, 8(sp)
	mv a0, sp
	call trap_handle
	lw x1, 4(sp)
	lw x5, 20(sp)
	lw x6, 24(sp)
	lw x7, 28(sp)
	lw x10, 40(sp)
	lw x11, 44(sp)
	lw x12, 48(sp)
	lw x13, 52(sp)
	lw x14, 56(sp)
	lw x15, 60(sp)
	lw x16, 64(sp)
	lw x17, 68(sp)
	lw x28, 112(sp)
	lw x29, 116(sp)
	lw x30, 120(sp)
	lw x31, 124(sp)
	addi sp, sp, kFrame
	csrrw sp, mscratch, sp
	mret

	.bss
	.balign 16
	.space 1536
trap_stack_top:
