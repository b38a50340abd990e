# Which Node runs live2vod: runtime_node ROOT SYSTEM_VERSION prints its path.
# The system's where it is 24 or newer; else the one that npm has installed, which needs no privileges.
runtime_node() {
  case $2 in
    v2[4-9].* | v[3-9][0-9].*) command -v node ;;
    *) echo "$1/node_modules/.bin/node" ;;
  esac
}
