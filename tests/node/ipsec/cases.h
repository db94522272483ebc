#ifndef KEYGATE_TEST_CASES_H
#define KEYGATE_TEST_CASES_H

void replayCases(void);
void espCases(void);
void ahCases(void);
void transportCases(void);
void extendedCases(void);
void inboundCases(void);
void outboundCases(void);
void pathCases(void);
void icmpCases(void);
void tableCases(void);
void firewallCases(void);
void fuzzedCases(void);

#endif
