/* The 16550: the serial console. */
#ifndef KEYGATE_RISCV_UART_H
#define KEYGATE_RISCV_UART_H

void uart_open(void);
/* Waits until everything that was handed over is out. */
void uart_drain(void);
/* Writes at once, around what waits, each line with a carriage return: for the last words, and before there is a console. */
void uart_say(const char* text);

#endif
