bin_PROGRAMS += genowarp
genowarp_SOURCES = src/main.c
genowarp_LDADD = $(ROOM_LIBS) $(KERNEL_LIBS) $(ALL_LIBS)
