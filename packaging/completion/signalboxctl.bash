# bash completion for signalboxctl. Made by: signalboxctl --reference bash
_signalboxctl() {
    local current=${COMP_WORDS[COMP_CWORD]} path= word words
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "$path $word" in
        " submit") path=" submit" ;;
        " status") path=" status" ;;
        " show") path=" show" ;;
        " result") path=" result" ;;
        " wait") path=" wait" ;;
        " cancel") path=" cancel" ;;
        " retry") path=" retry" ;;
        " list") path=" list" ;;
        " dead") path=" dead" ;;
        " dead list") path=" dead list" ;;
        " dead requeue") path=" dead requeue" ;;
        " dead delete") path=" dead delete" ;;
        " queues") path=" queues" ;;
        " queues list") path=" queues list" ;;
        " queues pause") path=" queues pause" ;;
        " queues resume") path=" queues resume" ;;
        " queues purge") path=" queues purge" ;;
        " workers") path=" workers" ;;
        " workers list") path=" workers list" ;;
        " work") path=" work" ;;
        " events") path=" events" ;;
        " metrics") path=" metrics" ;;
        " watch") path=" watch" ;;
        " doctor") path=" doctor" ;;
        " bench") path=" bench" ;;
        esac
    done
    case $path in
    " submit") words="--help --file --args --kwargs --name --priority --delay --at --timeout --max-retries --retry-delay --retry-backoff --tag --key --wait --wait-timeout" ;;
    " status") words="--help" ;;
    " show") words="--help" ;;
    " result") words="--help" ;;
    " wait") words="--help --timeout" ;;
    " cancel") words="--help" ;;
    " retry") words="--help" ;;
    " list") words="--help --filter --status --limit --after --handler --priority --tag --text --reverse" ;;
    " dead") words="list requeue delete --help" ;;
    " dead list") words="--help --limit --after --handler --filter" ;;
    " dead requeue") words="--help --all --handler" ;;
    " dead delete") words="--help --all --yes" ;;
    " queues") words="list pause resume purge --help" ;;
    " queues list") words="--help" ;;
    " queues pause") words="--help --reason" ;;
    " queues resume") words="--help" ;;
    " queues purge") words="--help --status --yes" ;;
    " workers") words="list --help" ;;
    " workers list") words="--help" ;;
    " work") words="--help --workers --handlers --queues --drain" ;;
    " events") words="--help --count --type --job" ;;
    " metrics") words="--help --prometheus --since --csv" ;;
    " watch") words="--help --every --once --exec" ;;
    " doctor") words="--help --deep --repair" ;;
    " bench") words="--help --jobs --workers --samples" ;;
    *) words="submit status show result wait cancel retry list dead queues workers work events metrics watch doctor bench" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words --help --redis --queue --json --set --settings --version" -- "$current")
}
complete -o default -F _signalboxctl signalboxctl
