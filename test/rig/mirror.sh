# Sourced: the lists of a Debian mirror, which may be in the middle of its own update.

again() { # it answers with broken lists for a moment
  local try
  for try in 1 2 3; do "$@" && return; sleep $((try * 3)); done
  echo "gave up after 3 tries: $*" >&2
  return 1
}

# update_lists FOLDER MIRROR SUITE KIND...: fetches the lists that APT_CONFIG speaks of, of which FOLDER/sources.list is made.
# A mirror that keeps what it was asked for renews its copies of a suite under one name and under the other on different days:
# those of one name may not fit each other, and then those of the other do.
update_lists() {
  local folder=$1 mirror=$2 suite=$3 name kind
  shift 3
  for name in "$suite" $(other_name "$suite"); do
    for kind in "$@"; do
      echo "$kind [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $name main"
    done >"$folder/sources.list"
    apt-get update -qq -o APT::Update::Error-Mode=any && return
  done
  return 1
}

other_name() {
  case $1 in
    bookworm) echo oldstable ;;
    trixie) echo stable ;;
    sid) echo unstable ;;
  esac
}
