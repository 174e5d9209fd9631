/* Completion scripts, made from the table: verbs, second words, flags, and files where files may stand. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

/* Whether the command's first word was not already in the rows before: verbs of two words come several times.
 */
static bool first_of_its_word(size_t index)
{
    size_t size = strcspn(COMMANDS[index].name, " ");
    for (size_t i = 0; i < index; i++)
        if (strcspn(COMMANDS[i].name, " ") == size &&
            strncmp(COMMANDS[i].name, COMMANDS[index].name, size) == 0)
            return false;
    return true;
}

static void print_verbs(void)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (first_of_its_word(i))
            printf("%.*s ", (int)strcspn(COMMANDS[i].name, " "), COMMANDS[i].name);
}

static void print_flags(const struct flag *flags)
{
    for (; flags->name != NULL; flags++)
        printf("--%s ", flags->name);
}

/* Branches of a shell's `case "$first $second"`, which bash and zsh write alike; they set `words`. */
static void print_cases(void)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        bool two = strchr(COMMANDS[i].name, ' ') != NULL;
        if (!two && strcmp(COMMANDS[i].name, "help") == 0)
            continue; /* its operand is a verb */
        printf("    \"%s%s\"*) words=\"", COMMANDS[i].name, two ? "" : " ");
        print_flags(COMMANDS[i].flags);
        printf("\" ;;\n");
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        size_t size = strcspn(COMMANDS[i].name, " ");
        if (COMMANDS[i].name[size] == '\0' || !first_of_its_word(i))
            continue;
        printf("    \"%.*s \"*) words=\"", (int)size, COMMANDS[i].name);
        for (size_t j = i; j < COMMAND_COUNT; j++)
            if (strncmp(COMMANDS[j].name, COMMANDS[i].name, size + 1) == 0)
                printf("%s ", COMMANDS[j].name + size + 1);
        printf("\" ;;\n");
    }
    printf("    *) words=\"");
    print_verbs();
    printf("\" ;;\n");
}

static void print_bash(void)
{
    printf("# bash completion of hanse; made by `hanse completion bash`\n"
           "_hanse() {\n"
           "  local cur=${COMP_WORDS[COMP_CWORD]} first= second= word words i\n"
           "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "    word=${COMP_WORDS[i]}\n"
           "    case $word in -*) continue ;; esac\n"
           "    if [ -z \"$first\" ]; then first=$word; elif [ -z \"$second\" ]; then second=$word; fi\n"
           "  done\n"
           "  case \"$first $second\" in\n");
    print_cases();
    printf("  esac\n  case $cur in -*) words=\"$words ");
    print_flags(GLOBAL_FLAGS);
    printf("\" ;; esac\n"
           "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
           "  case $cur in -*) return ;; esac\n"
           "  case $words in [a-z]*) ;; *) COMPREPLY+=($(compgen -f -- \"$cur\")) ;; esac\n"
           "}\n"
           "complete -o filenames -F _hanse hanse\n");
}

static void print_zsh(void)
{
    printf("#compdef hanse\n# zsh completion of hanse; made by `hanse completion zsh`\n"
           "_hanse() {\n"
           "  local cur=${words[CURRENT]} first= second= word\n"
           "  local -a given\n"
           "  given=(${words[2,CURRENT-1]})\n"
           "  for word in $given; do\n"
           "    case $word in -*) continue ;; esac\n"
           "    if [ -z \"$first\" ]; then first=$word; elif [ -z \"$second\" ]; then second=$word; fi\n"
           "  done\n"
           "  local words\n"
           "  case \"$first $second\" in\n");
    print_cases();
    printf("  esac\n  case $cur in -*) words=\"$words ");
    print_flags(GLOBAL_FLAGS);
    printf("\" ;; esac\n"
           "  compadd -- ${=words}\n"
           "  case $cur in -*) return ;; esac\n"
           "  case $words in [a-z]*) ;; *) _files ;; esac\n"
           "}\n"
           "compdef _hanse hanse\n");
}

/* A text as fish reads it. */
static void print_quoted(const char *text)
{
    putchar('\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    putchar('\'');
}

static void print_fish_flags(const char *condition, const struct flag *flags)
{
    for (; flags->name != NULL; flags++) {
        printf("complete -c hanse%s -l %s", condition, flags->name);
        if (flags->letter != 0)
            printf(" -s %c", flags->letter);
        printf("%s -d ", flags->value != NULL ? " -r" : "");
        print_quoted(flags->help);
        putchar('\n');
    }
}

static void print_fish(void)
{
    printf("# fish completion of hanse; made by `hanse completion fish`\n");
    print_fish_flags("", GLOBAL_FLAGS);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        size_t size = strcspn(COMMANDS[i].name, " ");
        const char *second = COMMANDS[i].name[size] == ' ' ? COMMANDS[i].name + size + 1 : NULL;
        char condition[192];
        if (first_of_its_word(i)) {
            printf("complete -c hanse -n __fish_use_subcommand -a %.*s -d ", (int)size, COMMANDS[i].name);
            print_quoted(second == NULL ? COMMANDS[i].summary : GROUP_TITLES[COMMANDS[i].group]);
            putchar('\n');
        }
        if (second != NULL) {
            printf("complete -c hanse -n '__fish_seen_subcommand_from %.*s' -a %s -d ", (int)size,
                   COMMANDS[i].name, second);
            print_quoted(COMMANDS[i].summary);
            putchar('\n');
        }
        snprintf(condition, sizeof condition, " -n '__fish_seen_subcommand_from %.*s%s%s'", (int)size,
                 COMMANDS[i].name, second == NULL ? "" : "; and __fish_seen_subcommand_from ",
                 second == NULL ? "" : second);
        print_fish_flags(condition, COMMANDS[i].flags);
    }
}

enum hanse_exit cmd_completion(struct cli *cli)
{
    const char *shell = cli_operand(cli, 0);
    if (strcmp(shell, "bash") == 0)
        print_bash();
    else if (strcmp(shell, "zsh") == 0)
        print_zsh();
    else if (strcmp(shell, "fish") == 0)
        print_fish();
    else
        return cli_error(cli, HANSE_EXIT_USAGE, "there is completion for bash, zsh and fish, not for `%s`",
                         shell);
    return HANSE_EXIT_OK;
}
