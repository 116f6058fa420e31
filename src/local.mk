bin_PROGRAMS += genowarp
genowarp_SOURCES = src/main.c
genowarp_LDADD = $(ROOM_LIBS) $(KERNEL_LIBS) $(ALL_LIBS)

# Completion scripts come from the option tables, by way of the program itself.
bashcompdir = $(datadir)/bash-completion/completions
nodist_bashcomp_DATA = completion/genowarp
zshcompdir = $(datadir)/zsh/site-functions
nodist_zshcomp_DATA = completion/_genowarp
completion/genowarp: genowarp$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) completion && ./genowarp completion bash >$@.tmp && mv $@.tmp $@
completion/_genowarp: genowarp$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) completion && ./genowarp completion zsh >$@.tmp && mv $@.tmp $@
CLEANFILES += completion/genowarp completion/_genowarp
